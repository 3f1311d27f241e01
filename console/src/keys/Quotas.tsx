import { Code } from "../kit/Code";
import { Panel } from "../kit/Page";
import { Scrolls } from "../kit/Scrolls";
import type { Setting } from "../kit/types";
import { groupsOf } from "./groups";

/** How much clients may take. */
export function Quotas({ settings }: { settings: Setting[] }) {
  const quotas = groupsOf(settings, "ComfyFunc:Quotas");
  return (
    <Panel title="Quotas">
      {quotas.length === 0 ? (
        <>
          <p class="muted">Nobody is limited. The settings say how much a client may take; * stands for all that have none of their own:</p>
          <Code label="Settings" text={"ComfyFunc__Quotas__0__Client=*\nComfyFunc__Quotas__0__RunsPerMinute=60\nComfyFunc__Quotas__0__OpenRuns=20"} />
        </>
      ) : (
        <Scrolls label="Limits">
          <table>
            <thead>
              <tr>
                <th>Client</th>
                <th class="end">Runs a minute</th>
                <th class="end">Open runs</th>
                <th class="end">Runs a day</th>
              </tr>
            </thead>
            <tbody>
              {quotas.map((q, i) => (
                <tr key={i}>
                  <td>{q["Client"] === "*" ? "all others" : q["Client"]}</td>
                  <Limit of={q["RunsPerMinute"]} />
                  <Limit of={q["OpenRuns"]} />
                  <Limit of={q["RunsPerDay"]} />
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </Panel>
  );
}

function Limit({ of: limit }: { of: string | undefined }) {
  return <td class="end number">{limit || <span class="muted">no limit</span>}</td>;
}
