import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "./Icon";
import { factsOf, iconOf, isModel, isPicture, type Media, pictureOf, titleOf } from "./media";
import { Model } from "./Model";
import { loadLightboxStyles } from "./styles";

export interface GalleryProps {
  items: Media[];

  /** Said under a picture, beside its name and size. */
  caption?: (media: Media) => ComponentChildren;

  /** More that can be done with one. */
  actions?: (media: Media) => ComponentChildren;

  /** Big where one picture is what the page is about. */
  size?: "small" | "normal" | "large";
}

/** Outputs of any kind: pictures and videos as tiles that open in a lightbox, sound to play, texts to read, models to turn. */
export function Gallery({ items, caption, actions, size = "normal" }: GalleryProps) {
  const grid = useRef<HTMLUListElement>(null);
  const open = async (at: number): Promise<void> => {
    const [{ openLightbox }] = await Promise.all([import("./lightbox"), loadLightboxStyles()]);
    openLightbox(items, at, (media) => sizeOf(media, grid.current));
  };
  return (
    <ul class={`gallery ${size}`} ref={grid}>
      {items.map((media, i) => (
        <li key={media.key} data-key={media.key}>
          <Tile media={media} isWhole={size === "large" && isShowable(media)} onOpen={() => void open(i)} />
          <div class="tile-foot">
            <div class="tile-words">
              <span class="tile-name" title={titleOf(media)}>
                {titleOf(media)}
              </span>
              <span class="muted">
                {media.tag} · {factsOf(media)}
              </span>
              {caption?.(media)}
            </div>
            <div class="tile-actions">
              {actions?.(media)}
              {media.output.url !== undefined && (
                <a class="button quiet icon-only" href={media.output.url} download={media.output.name ?? ""} aria-label={`Download ${titleOf(media)}`} title="Download">
                  <Icon name="download" />
                </a>
              )}
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}

function sizeOf({ key, output }: Media, grid: HTMLElement | null): { width: number; height: number } | null {
  if (output.width !== undefined && output.height !== undefined) {
    return { width: output.width, height: output.height };
  }

  const drawn = grid?.querySelector<HTMLImageElement>(`[data-key="${CSS.escape(key)}"] img`);
  return drawn?.naturalWidth ? { width: drawn.naturalWidth * 4, height: drawn.naturalHeight * 4 } : null;
}

const WHOLE_MOST = 12 * 1024 * 1024;

/** A picture that any browser shows as it is, and that is no burden. */
const isShowable = ({ output }: Media): boolean =>
  /^image\/(png|jpeg|webp|gif|avif)$/.test(output.contentType ?? "") && (output.bytes ?? WHOLE_MOST) < WHOLE_MOST;

function Tile({ media, isWhole, onOpen }: { media: Media; isWhole: boolean; onOpen: () => void }) {
  const { output } = media;
  if (isPicture(media)) {
    return (
      <button type="button" class="tile" onClick={onOpen} aria-label={`Open ${titleOf(media)}`}>
        <Picture media={media} isWhole={isWhole} />
      </button>
    );
  }

  switch (output.type) {
    case "video":
      return <video class="tile" src={output.url} controls preload="metadata" muted playsInline loop aria-label={titleOf(media)} />;
    case "audio":
      return (
        <div class="tile sound">
          <Icon name="audio" />
          <audio src={output.url} controls preload="metadata" aria-label={titleOf(media)} />
        </div>
      );
    case "text":
    case "json":
      return (
        <button type="button" class="tile words" onClick={onOpen} title="Read all of it">
          <span>{output.text ?? titleOf(media)}</span>
        </button>
      );
    default:
      return isModel(media) && output.url !== undefined ? (
        <Model url={output.url} name={output.name ?? ""} />
      ) : (
        <div class="tile other">
          <Icon name={iconOf[output.type] ?? "file"} />
          <span>{output.type}</span>
        </div>
      );
  }
}

/** A picture, or a word (of the style sheet: it is no part of the name) where it cannot be loaded: its link may have expired, or its file be gone. */
export function Picture({ media, isWhole = false }: { media: Media; isWhole?: boolean }) {
  const src = isWhole ? (media.output.url ?? pictureOf(media)) : pictureOf(media);
  const [broken, setBroken] = useState<string | null>(null);
  return broken !== null && broken === src ? (
    <span class="broken">
      <Icon name="image" />
    </span>
  ) : (
    <img src={src} alt={titleOf(media)} loading="lazy" decoding="async" onError={() => setBroken(src ?? null)} />
  );
}
