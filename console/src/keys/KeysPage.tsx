import { useState } from "preact/hooks";
import { Action } from "../kit/Action";
import { path } from "../kit/call";
import { Chips } from "../kit/Chips";
import { Code } from "../kit/Code";
import { Empty } from "../kit/Empty";
import { Icon } from "../kit/Icon";
import { Loading, Page, Panel } from "../kit/Page";
import { More, usePages } from "../kit/Pages";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { Scrolls } from "../kit/Scrolls";
import { session } from "../kit/session";
import { curlOf } from "../kit/snippets";
import { useStore } from "../kit/store";
import { Ago } from "../kit/Ago";
import type { Key, SettingList } from "../kit/types";
import { Callers } from "./Callers";
import { KeyForm } from "./KeyForm";
import { Quotas } from "./Quotas";

const PAGE = 100;

/** Who may call, with which keys, and how much. */
export function KeysPage(_: { parts: string[] }) {
  const who = useStore(session);
  const list = usePages<Key>({ method: "GET", path: "keys", query: { limit: PAGE } }, "keys");
  const settings = useResource<SettingList>({ method: "GET", path: "settings" });
  const [isMaking, make] = useState(false);
  const asksForKeys = who.is === "known" && who.me.keysRequired;
  const keys = list.rows ?? [];
  return (
    <Page
      title="Keys"
      actions={
        asksForKeys && (
          <button type="button" class="primary" onClick={() => make(true)}>
            <Icon name="plus" />
            Make a key
          </button>
        )
      }
    >
      {list.problem !== null && <ProblemBox problem={list.problem} onRetry={list.reload} />}
      {!asksForKeys && <NobodyIsAsked />}
      {list.rows === undefined && list.problem === null && <Loading />}
      {asksForKeys && list.rows !== undefined && keys.length === 0 && (
        <Empty icon="keys" title="No key has been made yet." command={curlOf({ method: "POST", path: "keys", body: { client: "shop", role: "run" } })}>
          <p>You are here by a key of the settings. Make one for each client, so that each sees its own runs and can be taken back by itself.</p>
        </Empty>
      )}
      {keys.length > 0 && <KeyTable keys={keys} onGone={list.reload} />}
      <More pages={list} label="More keys" />
      {settings.value !== undefined && (
        <div class="stacks">
          <Callers settings={settings.value.settings} />
          <Quotas settings={settings.value.settings} />
        </div>
      )}
      {isMaking && <KeyForm onClose={() => make(false)} onMade={list.reload} />}
    </Page>
  );
}

function NobodyIsAsked() {
  return (
    <Empty icon="keys" title="This server asks nobody for a key.">
      <p>Whoever reaches it may do everything. As soon as its settings name a caller, every call needs a key, and keys can be made here:</p>
      <Code
        label="Settings"
        text={"ComfyFunc__Callers__0__Client=operators\nComfyFunc__Callers__0__Key=<24 characters at least>\nComfyFunc__Callers__0__Role=Admin"}
      />
    </Empty>
  );
}

const ROLES: Record<string, string> = {
  host: "registers itself, says what ended on it",
  run: "calls workflows, sees its own runs",
  author: "saves workflows as well",
  admin: "everything",
};

function KeyTable({ keys, onGone }: { keys: Key[]; onGone: () => void }) {
  return (
    <Panel title="Keys that were made">
      <Scrolls label="Keys">
        <table class="key-table">
          <thead>
            <tr>
              <th>Client</th>
              <th>Role</th>
              <th>For</th>
              <th>Made</th>
              <th>Id</th>
              <th>
                <span class="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {[...keys]
              .sort((a, b) => a.client.localeCompare(b.client) || (a.createdAt ?? "").localeCompare(b.createdAt ?? ""))
              .map((k) => (
                <tr key={k.id}>
                  <td>
                    {k.role === "host" ? k.client : <a href={`runs?client=${encodeURIComponent(k.client)}`}>{k.client}</a>}
                  </td>
                  <td title={ROLES[k.role] ?? ""}>{k.role}</td>
                  <td>
                    {k.workflows || k.hosts ? (
                      <Chips words={[...(k.workflows ?? []), ...(k.hosts ?? []).map((h) => `host ${h}`)]} />
                    ) : (
                      <span class="muted">all</span>
                    )}
                  </td>
                  <td>
                    <Ago at={k.createdAt} />
                  </td>
                  <td>
                    <code>{k.id}</code>
                  </td>
                  <td class="end">
                    <Action
                      label="Take back"
                      kind="danger"
                      call={{ method: "DELETE", path: path`keys/${k.id}` }}
                      confirm={{
                        title: `Take a key of ${k.client} back?`,
                        text: "Calls with it are refused everywhere after 10 s at most. Runs that it made go on. It cannot be given again: make a new one.",
                      }}
                      done={`A key of ${k.client} is no longer good.`}
                      onDone={onGone}
                    />
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </Scrolls>
    </Panel>
  );
}
