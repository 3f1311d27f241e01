import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { functionKey } from "../kit/api";
import { Icon } from "../kit/Icon";
import { useKeys } from "../kit/keys";
import { go, usePlace } from "../kit/router";
import { may, signOut } from "../kit/session";
import { useStore } from "../kit/store";
import { type Theme, theme } from "../kit/theme";
import type { Me } from "../kit/types";
import { routes } from "../routes";
import { KeyHelp } from "./KeyHelp";
import { LiveMark } from "./LiveMark";
import { Brand } from "./SignIn";
import { Toasts } from "./Toasts";

/** What stands around each page: navigation, who is there, theme, help. */
export function Shell({ me, current, children }: { me: Me; current: string | undefined; children: ComponentChildren }) {
  const { path } = usePlace();
  const [isOpen, open] = useState(false);
  const [isHelp, help] = useState(false);
  const offered = routes.filter((r) => may(r.needs));
  useEffect(() => open(false), [path]);
  useKeys([
    ...offered.map((r) => ({ key: `g ${r.key}`, does: `go to ${r.title}`, run: () => go(r.path) })),
    { key: "?", does: "show this", run: () => help(true) },
    { key: "t", does: "dark, light, or as the system has it", run: nextTheme },
  ]);
  return (
    <div class="shell">
      <a class="skip" href="#content" onClick={toContent}>
        To the content
      </a>
      <header class="bar">
        <a class="brand" href="runs">
          <Brand />
          ComfyFunc
        </a>
        <LiveMark />
        <button
          type="button"
          class="quiet icon-only menu"
          aria-label="Navigation"
          aria-expanded={isOpen}
          aria-controls="navigation"
          onClick={() => open(!isOpen)}
        >
          <Icon name={isOpen ? "cross" : "menu"} />
        </button>
      </header>
      <nav id="navigation" class={isOpen ? "is-open" : ""} aria-label="Pages">
        <ul>
          {offered.map((r) => (
            <li key={r.path}>
              <a href={r.path} aria-current={current === r.path ? "page" : undefined}>
                <Icon name={r.icon} />
                {r.title}
              </a>
            </li>
          ))}
        </ul>
        <div class="nav-foot">
          <a href="../api/docs" target="_blank" rel="noopener">
            <Icon name="docs" />
            API
          </a>
          <ThemeButton />
          <button type="button" class="quiet keyboard" onClick={() => help(true)}>
            <Icon name="keyboard" />
            Keyboard
          </button>
          <Who me={me} />
          <p class="muted version">
            {me.version} · <a href="NOTICE">licences</a>
          </p>
        </div>
      </nav>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <Toasts />
      {isHelp && <KeyHelp onClose={() => help(false)} />}
    </div>
  );
}

// A hash would be the address of another page state.
function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

const THEMES: { is: Theme; icon: "auto" | "moon" | "sun"; says: string }[] = [
  { is: "auto", icon: "auto", says: "System colours" },
  { is: "dark", icon: "moon", says: "Dark" },
  { is: "light", icon: "sun", says: "Light" },
];

function nextTheme(): void {
  const at = THEMES.findIndex((t) => t.is === theme.value);
  theme.set(THEMES[(at + 1) % THEMES.length]?.is ?? "auto");
}

function ThemeButton() {
  const chosen = useStore(theme);
  const { icon, says } = THEMES.find((t) => t.is === chosen) ?? { icon: "auto" as const, says: "" };
  return (
    <button type="button" class="quiet" onClick={nextTheme}>
      <Icon name={icon} />
      {says}
    </button>
  );
}

function Who({ me }: { me: Me }) {
  return me.keysRequired || functionKey.value !== null ? (
    <div class="who">
      <span>
        {me.client ?? "no name"} <span class="muted">{me.role}</span>
      </span>
      <button type="button" class="quiet icon-only" aria-label="Sign out" title="Sign out" onClick={signOut}>
        <Icon name="out" />
      </button>
    </div>
  ) : null;
}
