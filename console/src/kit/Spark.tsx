import { useEffect, useRef } from "preact/hooks";
import type { Series } from "./plot";
import { useStore } from "./store";
import { loadPlotStyles } from "./styles";
import { theme } from "./theme";

export interface SparkProps {
  /** What is shown, for who does not see it: "p50 340 ms, p95 1.2 s". */
  label: string;

  /** Seconds since 1970. */
  at: number[];
  series: Series[];
  height?: number;

  /** With axes, a legend and a cursor. */
  hasAxes?: boolean;
  text?: (value: number) => string;
}

/** A small chart, by uPlot, which is loaded when the first is shown. */
export function Spark({ label, at, series, height = 40, hasAxes = false, text = String }: SparkProps) {
  const within = useRef<HTMLDivElement>(null);
  const shade = useStore(theme);
  useEffect(() => {
    let takeAway: (() => void) | null = null;
    let isGone = false;
    void Promise.all([import("./plot"), loadPlotStyles()]).then(([{ draw }]) => {
      if (!isGone && within.current !== null) {
        takeAway = draw(within.current, { at, series, text, hasAxes }, height);
      }
    });
    return () => {
      isGone = true;
      takeAway?.();
    };
  }, [at, series, shade, height, hasAxes]);
  return <div class="spark" role="img" aria-label={label} ref={within} style={{ minHeight: `${height}px` }} />;
}
