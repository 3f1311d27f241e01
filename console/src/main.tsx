import { render } from "preact";
import { App } from "./app";
import { start } from "./kit/session";
import { startRouter } from "./kit/router";
import { applyTheme } from "./kit/theme";

applyTheme();
startRouter();
void start();
const place = document.getElementById("console");
if (place !== null) {
  render(<App />, place);
}
