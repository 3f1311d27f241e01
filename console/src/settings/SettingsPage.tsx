import { Badge } from "../kit/Badge";
import { Choice } from "../kit/Choice";
import { TextField } from "../kit/Field";
import { Loading, Page, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { useQuery } from "../kit/router";
import { Scrolls } from "../kit/Scrolls";
import { counted } from "../kit/text";
import type { Setting, SettingList } from "../kit/types";

/** What is set, where, and what holds where nothing is. Settings are changed where they come from. */
export function SettingsPage(_: { parts: string[] }) {
  const list = useResource<SettingList>({ method: "GET", path: "settings" });
  const [search, setSearch] = useQuery("q");
  const [which, setWhich] = useQuery("set");
  const all = list.value?.settings ?? [];
  const isSet = (s: Setting): boolean => s.isSet ?? s.source !== "default";
  const shown = all.filter((s) => (which === "" || isSet(s)) && matches(s, search));
  const set = shown.filter(isSet);
  const unset = shown.filter((s) => !isSet(s));
  return (
    <Page title="Settings">
      {list.problem !== null && <ProblemBox problem={list.problem} onRetry={list.reload} />}
      {list.value === undefined && list.problem === null && <Loading />}
      {list.value !== undefined && (
        <>
          <div class="filters">
            <TextField label="Search settings" isLabelHidden type="search" placeholder="name, value, source" value={search} onValue={setSearch} />
            <Choice
              label="Which"
              chosen={which}
              onChoose={(w) => setWhich(w === "" ? null : w)}
              options={[
                { value: "", text: `all ${all.length}` },
                { value: "yes", text: `set ${all.filter(isSet).length}` },
              ]}
            />
            <p class="muted">As the process that answers has them. They are changed where they come from, and hold after a restart.</p>
          </div>
          <div class="settings" aria-live="polite">
            {shown.length === 0 && <p class="muted">No setting is like that.</p>}
            {set.length > 0 && (
              <Panel title="Set" actions={<span class="muted">{counted(set.length, "setting")}</span>}>
                <SettingTable settings={set} isSet />
              </Panel>
            )}
            {unset.length > 0 && (
              <Panel title="Defaults" actions={<span class="muted">{counted(unset.length, "setting")}</span>}>
                <SettingTable settings={unset} isSet={false} />
              </Panel>
            )}
          </div>
        </>
      )}
    </Page>
  );
}

function SettingTable({ settings, isSet }: { settings: Setting[]; isSet: boolean }) {
  return (
    <Scrolls label={isSet ? "Settings that are set" : "Settings by default"}>
      <table class="setting-table">
        <thead>
          <tr>
            <th>Setting</th>
            <th>Value</th>
            {isSet && <th>Default</th>}
            {isSet && <th>From</th>}
          </tr>
        </thead>
        <tbody>
          {settings.map((s) => (
            <tr key={s.name}>
              <td>
                <code>{s.name}</code>
              </td>
              <td>
                <Value setting={s} isSet={isSet} />
              </td>
              {isSet && <td class="muted">{s.default ?? "none"}</td>}
              {isSet && <td>{s.source}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function Value({ setting, isSet }: { setting: Setting; isSet: boolean }) {
  if (setting.secret) {
    return isSet ? <Badge state="secret" tone="plain" icon="keys" text="secret, not shown" /> : <span class="muted">secret, none</span>;
  }

  return setting.value === null ? <span class="muted">none</span> : <code class={isSet ? "is-set" : ""}>{setting.value}</code>;
}

const matches = (s: Setting, search: string): boolean =>
  [s.name, s.value ?? "", s.source].some((text) => text.toLowerCase().includes(search.trim().toLowerCase()));
