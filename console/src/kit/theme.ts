import { Store } from "./store";

export type Theme = "auto" | "dark" | "light";

const KEPT = "comfyfunc.theme";

/** Dark, light, or as the system has it. Kept in the browser. */
export const theme = new Store<Theme>(kept());

function kept(): Theme {
  const said = localStorage.getItem(KEPT);
  return said === "dark" || said === "light" ? said : "auto";
}

/** The style sheet goes by the attribute, and by the system where there is none. */
export function applyTheme(): void {
  if (theme.value === "auto") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(KEPT);
  } else {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(KEPT, theme.value);
  }
}

theme.follow(applyTheme);
