// Their addresses are put in by the build.
declare const STYLES_OF_PLOTS: string;
declare const STYLES_OF_LIGHTBOX: string;

const asked = new Map<string, Promise<void>>();

/** Loads the style sheet of a library that is needed only now. */
function load(href: string): Promise<void> {
  let loading = asked.get(href);
  if (loading === undefined) {
    loading = new Promise((resolve) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = href;
      link.onload = link.onerror = () => resolve();
      document.head.append(link);
    });
    asked.set(href, loading);
  }

  return loading;
}

export const loadPlotStyles = (): Promise<void> => load(STYLES_OF_PLOTS);

export const loadLightboxStyles = (): Promise<void> => load(STYLES_OF_LIGHTBOX);
