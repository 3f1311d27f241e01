import { Store, useStore } from "./store";

const query = matchMedia("(max-width: 720px)");
const narrow = new Store(query.matches);
query.addEventListener("change", () => narrow.set(query.matches));

/** Whether there is no room for columns side by side. */
export const useNarrow = (): boolean => useStore(narrow);
