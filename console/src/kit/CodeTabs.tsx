import { Code } from "./Code";
import type { Snippet } from "./snippets";
import { Store, useStore } from "./store";
import { Tabs } from "./Tabs";

// Who reads Python reads it on every page.
const chosen = new Store(sessionStorage.getItem("comfyfunc.language") ?? "curl");
chosen.follow(() => sessionStorage.setItem("comfyfunc.language", chosen.value));

/** The same call in several languages: `runSnippets` makes them, with the values that the page has now. */
export function CodeTabs({ snippets }: { snippets: Snippet[] }) {
  const language = useStore(chosen);
  const shown = snippets.find((s) => s.label === language) ?? snippets[0];
  return (
    <div class="code-tabs">
      <Tabs label="Language" tabs={snippets.map((s) => s.label)} chosen={shown?.label ?? ""} onChoose={(l) => chosen.set(l)}>
        {shown !== undefined && <Code text={shown.text} label={shown.label} />}
      </Tabs>
    </div>
  );
}
