import { Page } from "../kit/Page";
export function ComparePage() {
  return <Page title="Compare">…</Page>;
}
