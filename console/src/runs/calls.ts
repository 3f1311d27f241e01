import { type Call, path } from "../kit/call";

/** What can be done with a run. */

export const cancelCall = (id: string): Call => ({ method: "POST", path: path`runs/${id}/cancel` });

export const retryCall = (id: string): Call => ({ method: "POST", path: path`runs/${id}/retry`, headers: { Prefer: "respond-async" } });

export const deleteCall = (id: string): Call => ({ method: "DELETE", path: path`runs/${id}` });
