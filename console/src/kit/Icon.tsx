/** The console's signs, drawn on 16 by 16. They say nothing to a screen reader: the word beside them does. */

const PATHS = {
  check: "M3 8.5 6.5 12 13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  dash: "M3.5 8h9",
  ring: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11Z",
  arc: "M8 2.5A5.5 5.5 0 0 1 13.5 8",
  clock: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM8 5v3.2l2.2 1.4",
  slash: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM4.2 4.2l7.6 7.6",
  warning: "M8 2.2 14.2 13H1.8ZM8 6.2v3.4M8 11.4v.1",
  runs: "M3 4h10M3 8h7M3 12h4.5M12 9.5l2.2 1.8L12 13",
  workflows: "M2.5 3h4v4h-4zM9.5 9h4v4h-4zM6.5 5h3a2 2 0 0 1 2 2v2",
  pool: "M2.5 12.5h11M3.5 12.5V9M6.5 12.5V5M9.5 12.5V7M12.5 12.5V3.5",
  hosts: "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.1M5 11h.1",
  batches: "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z",
  webhooks: "M6.5 9.5 9.5 6.5M7 4.5l1.2-1.2a3 3 0 0 1 4.3 4.3L11.2 8.9M9 11.5l-1.2 1.2a3 3 0 0 1-4.3-4.3L4.8 7.1",
  keys: "M10.5 2.5a3 3 0 1 1-1.9 5.3L3.5 13H2.5v-2h2V9.5h1.6l1.7-1.7A3 3 0 0 1 10.5 2.5Z",
  usage: "M2.5 13.5 6 9l2.5 2 5-6.5M10.5 4.5h3v3",
  settings: "M2.5 4.5h5M10.5 4.5h3M2.5 11.5h3M8.5 11.5h5M9 3v3M7 10v3",
  docs: "M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3M6 8.5h4M6 11h4",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3 5.5 5.5 0 1 0 13 9.6Z",
  auto: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM8 2.5v11M8 5h3.5M8 8h5M8 11h3.5",
  curl: "M2.5 4.5 6 8l-3.5 3.5M8 12h5.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  download: "M8 2.5v7.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  again: "M12.8 6.5A5.2 5.2 0 1 0 13 9.5M13 2.8v3.8H9.2",
  edit: "M10.8 2.8l2.4 2.4-7.6 7.6-3 .6.6-3zM9.3 4.3l2.4 2.4",
  trash: "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4",
  stop: "M4.5 4.5h7v7h-7z",
  play: "M5 3.2 12.5 8 5 12.8Z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  plus: "M8 3v10M3 8h10",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM10.3 10.3l3.2 3.2",
  filter: "M2.5 3.5h11L9.5 8.5v4l-3 1v-5z",
  compare: "M2.5 3h4.5v10H2.5zM9 3h4.5v10H9z",
  right: "M6 3.5 10.5 8 6 12.5",
  down: "M3.5 6 8 10.5 12.5 6",
  back: "M10 3.5 5.5 8l4.5 4.5",
  open: "M9 2.5h4.5V7M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4",
  image: "M2.5 3h11v10h-11zM2.5 11l3.5-3.5 3 3 1.5-1.5 3 3M10.5 6h.1",
  video: "M2.5 4h7.5v8H2.5zM10 7l3.5-2v6L10 9",
  audio: "M6 12V4l6.5-1.5v8M6 12a1.7 1.7 0 1 1-3.4 0A1.7 1.7 0 0 1 6 12ZM12.5 10.5a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0Z",
  cube: "M8 2 13.5 5v6L8 14 2.5 11V5ZM2.5 5 8 8l5.5-3M8 8v6",
  text: "M3 4h10M3 8h10M3 12h6",
  file: "M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3",
  dice: "M3 3h10v10H3zM5.7 5.7h.1M10.2 10.2h.1M8 8h.1M10.2 5.7h.1M5.7 10.2h.1",
  upload: "M8 10.5V3M4.5 6 8 2.5 11.5 6M2.5 13.5h11",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.1M6.7 6.5h.1M9.3 6.5h.1M12 6.5h.1M5 9.5h6",
  out: "M9.5 2.5h-6v11h6M7 8h6.5M11 5.5 13.5 8 11 10.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, class: kind = "" }: { name: IconName; class?: string }) {
  return (
    <svg class={`icon ${kind}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
