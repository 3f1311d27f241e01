import { useMemo } from "preact/hooks";
import type { Series } from "../kit/plot";
import { Spark } from "../kit/Spark";
import { bytes, count, counted, percent } from "../kit/text";
import { duration } from "../kit/time";
import type { Stats } from "../kit/types";
import { linesOf, warmShare } from "./series";

interface ChartProps {
  title: string;
  figure: string;
  hint: string;
  at: number[];
  series: Series[];
  text: (value: number) => string;
}

/** A number of the whole time, and how it went within it. */
function Chart({ title, figure, hint, at, series, text }: ChartProps) {
  return (
    <section class="panel chart">
      <h3>{title}</h3>
      <p>
        <span class="figure">{figure}</span> <span class="muted">{hint}</span>
      </p>
      <Spark label={`${title}: ${figure}, ${hint}`} at={at} series={series} text={text} height={120} hasAxes />
    </section>
  );
}

/** The statistics as small charts over the same time. */
export function Charts({ stats }: { stats: Stats }) {
  const t = stats.totals;
  const lines = useMemo(() => linesOf(stats), [stats]);
  const series = useMemo(
    () => ({
      took: [
        { label: "p95", values: lines.of((b) => b.p95Ms, null), color: "--muted" },
        { label: "p50", values: lines.of((b) => b.p50Ms, null), color: "--accent", isFilled: true },
      ],
      waited: [
        { label: "p95", values: lines.of((b) => b.queueP95Ms, null), color: "--muted" },
        { label: "p50", values: lines.of((b) => b.queueP50Ms, null), color: "--wait", isFilled: true },
      ],
      rate: [
        { label: "ended", values: lines.of((b, minutes) => b.runs / minutes, 0), color: "--good", isFilled: true },
        { label: "not well", values: lines.of((b, minutes) => (b.failed + b.expired) / minutes, 0), color: "--bad" },
      ],
      warm: [{ label: "warm", values: lines.of(warmShare, null), color: "--good", isFilled: true }],
      reused: [{ label: "reused", values: lines.of((b) => b.cacheHits, 0), color: "--good", isFilled: true }],
      gpu: [{ label: "GPU-seconds", values: lines.of((b) => b.gpuSeconds, 0), color: "--busy", isFilled: true }],
    }),
    [lines],
  );
  const hours = Math.max(1 / 60, (Date.parse(stats.to) - Date.parse(stats.from)) / 3_600_000);
  const warm = warmShare(t);
  const lost = t.failed + t.expired;
  const each = bucketWords(stats.bucketSeconds);
  return (
    <div class="charts">
      <Chart title="Time of a run" figure={time(t.p50Ms)} hint={`half of them, 95 % within ${time(t.p95Ms)}`} at={lines.at} series={series.took} text={duration} />
      <Chart title="Wait for a slot" figure={time(t.queueP50Ms)} hint={`half of them, 95 % within ${time(t.queueP95Ms)}`} at={lines.at} series={series.waited} text={duration} />
      <Chart
        title="Runs a minute"
        figure={count(t.runs / (60 * hours))}
        hint={`${counted(t.runs, "run")} ended, ${lost === 0 ? "none of them badly" : `${count(lost)} failed or expired`}`}
        at={lines.at}
        series={series.rate}
        text={count}
      />
      <Chart
        title="Warm hits"
        figure={warm === null ? "–" : percent(warm)}
        hint={`found their models loaded; ${counted(t.coldLoads, "load")}`}
        at={lines.at}
        series={series.warm}
        text={percent}
      />
      <Chart
        title="GPU time"
        figure={duration(1000 * t.gpuSeconds)}
        hint={`for ${bytes(t.outputBytes)} of outputs`}
        at={lines.at}
        series={series.gpu}
        text={(s) => `${count(s)} s`}
      />
      <Chart
        title="Results reused"
        figure={count(t.cacheHits)}
        hint={t.runs === 0 ? "of no runs" : `${percent(t.cacheHits / t.runs)} of the runs cost nothing`}
        at={lines.at}
        series={series.reused}
        text={count}
      />
      <p class="muted charts-foot">One point is {each}.</p>
    </div>
  );
}

const time = (ms: number | null | undefined): string => (typeof ms === "number" ? duration(ms) : "–");

const bucketWords = (seconds: number): string =>
  seconds < 60 ? counted(seconds, "second") : seconds < 3600 ? counted(seconds / 60, "minute") : counted(seconds / 3600, "hour");
