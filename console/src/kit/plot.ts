import uPlot from "uplot";

/** What a small chart shows: lines over the same times. */
export interface Series {
  label: string;
  values: (number | null)[];

  /** A custom property's name, such as "--good". */
  color: string;
  isFilled?: boolean;
}

export interface Drawing {
  at: number[];
  series: Series[];
  text: (value: number) => string;
  hasAxes: boolean;
}

const style = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws into an element, at its size; the answer takes it away. */
export function draw(within: HTMLElement, { at, series, text, hasAxes }: Drawing, height: number): () => void {
  const axis = { stroke: style("--muted"), grid: { stroke: style("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
  const probe = document.createElement("i");
  within.append(probe);
  const colorOf = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const lines = series.map((s) => ({ ...s, stroke: colorOf(s.color) }));
  axis.stroke = colorOf("--muted");
  axis.grid.stroke = colorOf("--line");
  probe.remove();

  const plot = new uPlot(
    {
      width: Math.max(40, within.clientWidth),
      height,
      padding: hasAxes ? [8, 22, 0, 0] : [2, 0, 2, 0],
      cursor: { show: hasAxes, y: false, points: { size: 6 } },
      legend: { show: hasAxes, live: hasAxes },
      scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.05 : 1] } },
      axes: hasAxes ? [axis, { ...axis, size: 56, values: (_, ticks) => ticks.map(text) }] : [{ show: false }, { show: false }],
      series: [
        {},
        ...lines.map((s) => ({
          label: s.label,
          stroke: s.stroke,
          width: 1.5,
          points: { show: s.values.filter((v) => v !== null).length < 3 },
          spanGaps: true,
          ...(s.isFilled === true && { fill: s.stroke.replace("rgb(", "rgba(").replace(")", ", 0.14)") }),
          value: (_: uPlot, v: number | null) => (v === null || v === undefined ? "–" : text(v)),
        })),
      ],
    },
    [at, ...series.map((s) => s.values)],
    within,
  );
  const sized = new ResizeObserver(() => plot.setSize({ width: Math.max(40, within.clientWidth), height }));
  sized.observe(within);
  return () => {
    sized.disconnect();
    plot.destroy();
  };
}
