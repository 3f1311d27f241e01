import { apiBase } from "./call";
import type { IconName } from "./Icon";
import { bytes } from "./text";
import type { Output, OutputKind, Run } from "./types";

/** An output, with where it is from. */
export interface Media {
  key: string;
  run: string;
  tag: string;
  index: number;
  output: Output;
}

/**
 * A link to what the server itself hands out, by the address that the page has of the server: with a PublicUrl links name another one, which
 * a page that was opened on the machine itself, or through a tunnel, need not reach.
 */
const here = (url: string | undefined): string | undefined =>
  url?.replace(/^https?:\/\/[^/]+(?:\/.*)?\/api\/(?=(links|runs|files)\/)/, apiBase());

const withLinks = (output: Output): Output => ({
  ...output,
  ...(output.url !== undefined && { url: here(output.url) }),
  ...(output.thumbnailUrl !== undefined && { thumbnailUrl: here(output.thumbnailUrl) }),
});

export const mediaOf = (run: Pick<Run, "id" | "outputs">): Media[] =>
  Object.entries(run.outputs ?? {}).flatMap(([tag, outputs]) =>
    outputs.map((output, index) => ({ key: `${run.id}/${tag}/${index}`, run: run.id, tag, index, output: withLinks(output) })),
  );

export const iconOf: Record<OutputKind, IconName> = {
  image: "image",
  video: "video",
  audio: "audio",
  "3d": "cube",
  latent: "file",
  text: "text",
  json: "text",
  file: "file",
};

export const titleOf = ({ tag, output }: Media): string => output.name ?? tag;

/** 512×512 · 40 KB. */
export const factsOf = ({ output }: Media): string =>
  [
    output.width !== undefined && output.height !== undefined ? `${output.width}×${output.height}` : "",
    output.bytes !== undefined ? bytes(output.bytes) : "",
    output.type === "image" ? "" : output.type,
  ]
    .filter((f) => f !== "")
    .join(" · ");

/** Whether a browser draws it as a picture: moving pictures are in the kind video, also where they are WebP. */
export const isPicture = ({ output }: Media): boolean => output.type === "image" || (output.contentType?.startsWith("image/") ?? false);

/** The picture itself where a browser knows its format, else the thumbnail that the server made of it. */
export const wholeOf = ({ output }: Media): string =>
  (/^image\/(a?png|jpeg|webp|gif|bmp|avif)$/.test(output.contentType ?? "") ? output.url : (output.thumbnailUrl ?? output.url)) ?? "";

/** What the console can show of 3D files. */
export const isModel = ({ output }: Media): boolean => output.type === "3d" && /\.(glb|gltf|obj|stl|ply)$/i.test(output.name ?? "");

/** A picture that needs no key: the thumbnail where it is linked for everybody, else the file. */
export const pictureOf = ({ output }: Media): string | undefined =>
  output.type === "image" ? (output.thumbnailUrl ?? output.url) : output.url;
