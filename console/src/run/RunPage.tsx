import { Page } from "../kit/Page";
export function RunPage({ id }: { id: string }) {
  return <Page title={id}>…</Page>;
}
