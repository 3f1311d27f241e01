export { ComfyFunc } from "./client.js";
export { ComfyFuncError } from "./error.js";
export { file } from "./files.js";
export { verifyWebhook } from "./webhook.js";
export { VERSION } from "./version.js";
