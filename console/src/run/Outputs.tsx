import { Icon } from "../kit/Icon";
import { Gallery } from "../kit/Gallery";
import { isPicture, type Media, mediaOf, titleOf } from "../kit/media";
import { Panel } from "../kit/Page";
import { go, to } from "../kit/router";
import { may } from "../kit/session";
import { Store, useStore } from "../kit/store";
import { toast } from "../kit/toast";
import type { Run } from "../kit/types";

// What was picked on one run's page is compared with what is picked on another's.
const picked = new Store<Media | null>(null);

const compareHref = (a: Media, b: Media): string => `${to`runs/compare`}?a=${encodeURIComponent(a.key)}&b=${encodeURIComponent(b.key)}`;

/** What the run made, to look at, download, compare, and open as the workflow that made it. */
export function Outputs({ run }: { run: Run }) {
  const first = useStore(picked);
  const all = mediaOf(run);
  if (all.length === 0) {
    return null;
  }

  const pick = (media: Media): void => {
    if (first === null) {
      picked.set(media);
    } else if (first.key === media.key) {
      picked.set(null);
    } else {
      picked.set(null);
      go(compareHref(first, media));
    }
  };
  const isComparable = (media: Media): boolean => isPicture(media) || media.output.type === "text";
  return (
    <Panel
      title="Outputs"
      actions={
        all.length > 1 && all.some((m) => m.output.url !== undefined) ? (
          <button type="button" class="quiet" onClick={() => downloadAll(all)}>
            <Icon name="download" />
            Download all
          </button>
        ) : undefined
      }
    >
      {first !== null && (
        <p class="picked" role="status">
          <Icon name="compare" />
          <span>
            Compare <strong>{titleOf(first)}</strong> with another, of this run or of any. <a href="runs">To the runs</a>
          </span>
          <button type="button" class="quiet" onClick={() => picked.set(null)}>
            Not now
          </button>
        </p>
      )}
      <Gallery
        items={all}
        size={all.length < 3 ? "large" : "normal"}
        actions={(media) => (
          <>
            {isComparable(media) && (
              <button
                type="button"
                class="quiet icon-only"
                aria-pressed={first?.key === media.key}
                aria-label={`Compare ${titleOf(media)}`}
                title={first === null ? "Compare with another" : "Compare with this"}
                onClick={() => pick(media)}
              >
                <Icon name="compare" />
              </button>
            )}
            {media.output.type === "image" && may("author") && (
              <a
                class="button quiet icon-only"
                href={`workflows?open=${encodeURIComponent(media.key)}`}
                aria-label={`Open ${titleOf(media)} as a workflow`}
                title="Open as a workflow"
              >
                <Icon name="workflows" />
              </a>
            )}
          </>
        )}
      />
    </Panel>
  );
}

/** One file after the other, as a browser takes them. */
function downloadAll(all: Media[]): void {
  const files = all.filter((m) => m.output.url !== undefined);
  files.forEach(({ output }, i) =>
    setTimeout(() => {
      const link = document.createElement("a");
      link.href = output.url ?? "";
      link.download = output.name ?? "";
      link.click();
    }, i * 300),
  );
  toast(`${files.length} files are being downloaded.`);
}
