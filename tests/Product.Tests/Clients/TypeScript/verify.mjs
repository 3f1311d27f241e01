// node verify.mjs <secret> with {body, headers} on standard input: says "verified", or why not.
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const { body, headers } = JSON.parse(await text(process.stdin));
try {
  new Webhook(process.argv[2]).verify(body, headers);
  console.log("verified");
} catch (error) {
  console.log(error.message);
}
