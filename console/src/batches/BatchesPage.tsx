import { BatchList } from "./BatchList";
import { BatchPage } from "./BatchPage";

/** The list of batches, or one of them as a contact sheet: batches/{id}. */
export function BatchesPage({ parts: [id] }: { parts: string[] }) {
  return id === undefined ? <BatchList /> : <BatchPage key={id} id={id} />;
}
