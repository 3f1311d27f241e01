import { useEffect, useState } from "preact/hooks";
import { Icon } from "../kit/Icon";
import { iconOf, mediaOf, titleOf } from "../kit/media";
import type { Run } from "../kit/types";

/** A run's first picture, small. It waits a moment, so that rows that fly by ask for nothing. */
export function Thumb({ run }: { run: Run }) {
  const all = mediaOf(run);
  const picture = all.find((m) => m.output.type === "image" && m.output.thumbnailUrl !== undefined);
  const [isDue, setDue] = useState(false);
  const [isBroken, setBroken] = useState(false);

  // Each listing has a new link to the same picture: the first one will do.
  const [src, setSrc] = useState(picture?.output.thumbnailUrl);
  useEffect(() => {
    if (src === undefined) {
      setSrc(picture?.output.thumbnailUrl);
    }
  }, [picture?.output.thumbnailUrl]);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), 120);
    return () => clearTimeout(timer);
  }, []);
  const other = all[0];
  return (
    <span class="thumb">
      {picture !== undefined && isDue && !isBroken ? (
        <img src={src} alt={titleOf(picture)} decoding="async" onError={() => setBroken(true)} />
      ) : (
        picture === undefined && other !== undefined && <Icon name={iconOf[other.output.type] ?? "file"} />
      )}
    </span>
  );
}
