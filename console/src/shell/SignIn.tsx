import { useEffect, useState } from "preact/hooks";
import { TextField } from "../kit/Field";
import { Icon } from "../kit/Icon";
import type { Problem } from "../kit/problem";
import { ProblemBox } from "../kit/ProblemBox";
import { signIn } from "../kit/session";

/** Asks for a key, the platform's first, or leads to App Service's login where there is one. */
export function SignIn({ problem, isPlatform }: { problem: Problem | null; isPlatform: boolean }) {
  const [key, setKey] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [hasLogin, setLogin] = useState(false);
  useEffect(() => {
    document.title = "Sign in · ComfyFunc";
    fetch(new URL("/.auth/me", location.origin), { method: "GET" }).then(
      (r) => setLogin(r.status !== 404),
      () => undefined,
    );
  }, []);
  const back = encodeURIComponent(location.pathname + location.search);
  return (
    <main class="alone">
      <form
        class="sign-in"
        onSubmit={async (e) => {
          e.preventDefault();
          setBusy(true);
          await signIn(key.trim(), isPlatform);
          setBusy(false);
        }}
      >
        <h1>
          <Brand /> ComfyFunc
        </h1>
        {problem !== null && <ProblemBox problem={problem} />}
        <TextField
          label={isPlatform ? "Function key" : "Key"}
          type="password"
          name="key"
          autoComplete="current-password"
          required
          autoFocus
          value={key}
          onValue={setKey}
          hint={`${isPlatform ? "Azure asks for it before the server does: App keys of the Functions app." : "An administrator makes it: POST /api/keys, or the page Keys."} It stays in this tab, and is gone when you close it.`}
        />
        <button type="submit" class="primary" disabled={isBusy || key.trim() === ""}>
          <Icon name="keys" />
          Sign in
        </button>
        {hasLogin && (
          <a class="button" href={`/.auth/login/aad?post_login_redirect_uri=${back}`}>
            Sign in with Microsoft
          </a>
        )}
      </form>
    </main>
  );
}

/** The mark beside the name. */
export function Brand() {
  return (
    <svg class="brand-mark" viewBox="0 0 16 16" aria-hidden="true">
      <rect width="16" height="16" rx="4" />
      <path d="M4 4.5h8M4 8h5M4 11.5h3" />
    </svg>
  );
}
