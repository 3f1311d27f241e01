import { useState } from "preact/hooks";
import { Badge } from "../kit/Badge";
import { path } from "../kit/call";
import { Chips } from "../kit/Chips";
import { Icon } from "../kit/Icon";
import { useLive } from "../kit/live";
import { Facts, Loading, Page, Panel } from "../kit/Page";
import { ProblemBox } from "../kit/ProblemBox";
import { useResource } from "../kit/resource";
import { bytes, count } from "../kit/text";
import { Ago } from "../kit/Ago";
import { duration } from "../kit/time";
import type { Host } from "../kit/types";
import { NotFound } from "../shell/NotFound";
import { Health } from "./Health";
import { DrainOrResume, RemoveHost } from "./HostActions";
import { labelsOf, Memory, QueueWords, Slots } from "./HostFacts";
import { HostForm } from "./HostForm";
import { HostRuns } from "./HostRuns";
import { Leases } from "./Leases";
import { Models, WorkTimes } from "./Learned";
import { Record } from "./Record";
import { SyncTable } from "./SyncTable";
import { WhyNotHere } from "./WhyNotHere";

/** One host in depth: what it does now, how it was, what it has learned to be. */
export function HostPage({ id }: { id: string }) {
  const host = useResource<Host>({ method: "GET", path: path`hosts/${id}` });
  const [isChanging, change] = useState(false);
  const [isGone, setGone] = useState(false);

  // Only the host's own page is told of its workflows: what an event leaves out stays.
  const put = (now: Host): void => host.set({ ...now, sync: { on: false, ...host.value?.sync, ...now.sync } });
  useLive({
    host: (h) => h.id === id && put(h),
    "host-removed": (h) => h.id === id && setGone(true),
    onSync: host.reload,
  });
  if (host.problem?.status === 404) {
    return <NotFound what="host" />;
  }

  const h = host.value;
  return (
    <Page
      title={id}
      above={
        <a class="back" href="hosts">
          <Icon name="back" />
          Hosts
        </a>
      }
      heading={
        <>
          {id} {h !== undefined && <Badge state={h.state} />}
        </>
      }
      actions={
        h !== undefined && (
          <>
            <DrainOrResume host={h} onChange={put} />
            <button type="button" onClick={() => change(true)}>
              <Icon name="edit" />
              Change
            </button>
            <RemoveHost host={h} />
          </>
        )
      }
    >
      {isGone && <p role="status">It has left the pool.</p>}
      {host.problem !== null && <ProblemBox problem={host.problem} onRetry={host.reload} />}
      {h === undefined ? (
        host.problem === null && <Loading />
      ) : (
        <>
          <Health host={h} />
          <div class="stacks">
            <Panel title="Now">
              <Facts
                facts={[
                  ["Slots", <Slots key="s" host={h} />],
                  ["Its queue", <QueueWords key="q" host={h} />],
                  ["Still to do", typeof h.backlogSeconds === "number" && h.backlogSeconds > 0 && `about ${duration(1000 * h.backlogSeconds)}`],
                  ["Memory", <Memory key="m" host={h} />],
                  ["Last seen", <Ago key="a" at={h.lastSeenAt} />],
                  ["Heartbeat", h.heartbeatAt && <Ago at={h.heartbeatAt} />],
                  ["Working on", (h.leases?.length ?? 0) > 0 && <Leases leases={h.leases ?? []} />],
                ]}
              />
            </Panel>
            <Record host={h} />
            <Panel title="What it is">
              <Facts
                facts={[
                  ["Address", <code key="u">{h.url}</code>],
                  ["Headers", (h.headers?.length ?? 0) > 0 && `${h.headers?.join(", ")} (kept secret)`],
                  ["Labels", labelsOf(h).length > 0 && <Chips words={labelsOf(h)} />],
                  ["ComfyUI", h.comfyVersion],
                  ["Pack", h.pack ? (h.pack.version ?? "yes") : "not installed"],
                  ["Model files", h.pack?.models && Object.entries(h.pack.models).map(([folder, n]) => `${folder} ${count(n)}`).join(", ")],
                  ["Largest file", typeof h.maxUploadBytes === "number" && bytes(h.maxUploadBytes)],
                  ["Catalog", h.catalogHash && <code>{h.catalogHash.slice(0, 12)}</code>],
                  ["Joined", <Ago key="j" at={h.registeredAt} />],
                ]}
              />
            </Panel>
            <Models host={h} />
            <WorkTimes host={h} />
            <SyncTable host={h} />
          </div>
          <WhyNotHere hosts={[h]} only={h.id} />
          <HostRuns id={h.id} />
        </>
      )}
      {isChanging && h !== undefined && (
        <HostForm
          host={h}
          onClose={() => change(false)}
          onDone={(now) => {
            change(false);
            put(now);
          }}
        />
      )}
    </Page>
  );
}
