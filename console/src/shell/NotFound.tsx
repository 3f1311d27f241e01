import { Empty } from "../kit/Empty";
import { Page } from "../kit/Page";

/** No page is here, or none for this key. */
export function NotFound({ isRefused, what = "page" }: { isRefused?: boolean; what?: string }) {
  return (
    <Page title={isRefused === true ? "Not for this key" : "Not found"}>
      <Empty icon="search" title={isRefused === true ? "Your key may not look at this." : `There is no such ${what}.`}>
        <p>
          <a href="runs">To the runs</a>
        </p>
      </Empty>
    </Page>
  );
}
