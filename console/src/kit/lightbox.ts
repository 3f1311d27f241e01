import PhotoSwipe from "photoswipe";
import { factsOf, isPicture, type Media, titleOf, wholeOf } from "./media";

/** A slide that is no picture. */
function element(media: Media): HTMLElement {
  const { output } = media;
  const box = document.createElement("div");
  box.className = "slide";
  if (output.type === "video" || output.type === "audio") {
    const player = document.createElement(output.type);
    player.src = output.url ?? "";
    player.controls = true;
    player.autoplay = true;
    box.append(player);
  } else {
    const text = document.createElement("pre");
    text.tabIndex = 0;
    text.textContent = output.text ?? `${titleOf(media)}: there is nothing to see of it. Download it.`;
    box.append(text);
  }

  return box;
}

/** Opens the lightbox at one of these. */
export function openLightbox(all: Media[], at: number, sizeOf: (media: Media) => { width: number; height: number } | null): void {
  const box = new PhotoSwipe({
    index: at,
    dataSource: all.map((media) =>
      isPicture(media)
        ? { src: wholeOf(media), msrc: "", alt: titleOf(media), ...(sizeOf(media) ?? { width: 1024, height: 1024 }), media }
        : { type: "other", media },
    ),
    bgOpacity: 0.94,
    showHideAnimationType: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "fade",
    wheelToZoom: true,
    loop: false,
    errorMsg: "The picture could not be loaded.",
  });
  box.on("contentLoad", (event) => {
    const { content } = event;
    if (content.type === "other") {
      event.preventDefault();
      content.element = element(content.data.media as Media) as HTMLDivElement;
      content.state = "loaded";
    }
  });
  box.on("contentDeactivate", ({ content }) => content.element?.querySelector<HTMLMediaElement>("video, audio")?.pause());
  box.on("uiRegister", () => {
    box.ui?.registerElement({
      name: "caption",
      order: 9,
      isButton: false,
      appendTo: "root",
      onInit: (caption) => {
        box.on("change", () => {
          const media = all[box.currIndex];
          caption.textContent = media === undefined ? "" : `${titleOf(media)} — ${factsOf(media)}`;
        });
      },
    });
    box.ui?.registerElement({
      name: "download",
      order: 8,
      isButton: true,
      tagName: "a",
      title: "Download",
      html: {
        isCustomSVG: true,
        inner: '<path d="M16 6v14M9 14l7 7 7-7M6 26h20" id="pswp__icn-download" class="pswp-download"/>',
        outlineID: "pswp__icn-download",
      },
      onInit: (link) => {
        link.setAttribute("download", "");
        link.setAttribute("rel", "noopener");
        box.on("change", () => link.setAttribute("href", all[box.currIndex]?.output.url ?? ""));
      },
    });
  });
  box.on("initialLayout", () => box.element?.setAttribute("aria-label", "Outputs"));
  box.init();
}
