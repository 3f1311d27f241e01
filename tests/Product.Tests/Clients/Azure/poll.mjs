// node poll.mjs: makes the calls that standard input lists, follows each with Azure's own poller, and says what became of them.
import { text } from "node:stream/consumers";
import { createHttpPoller } from "@azure/core-lro";

const locations = ["location", "operation-location", "azure-asyncoperation"];

const { server, headers, pollHeaders, calls } = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(await Promise.all(calls.map(follow))));

async function follow({ path, prefer, follows, cancel }) {
  // As the clients are that Azure generates, but for the headers that it cannot see.
  const lro = {
    async sendInitialRequest() {
      const answer = await send("POST", new URL(path, server), { ...headers, "content-type": "application/json", prefer }, "{}");
      for (const header of locations.filter((l) => follows !== "all" && l !== follows)) {
        delete answer.rawResponse.headers[header];
      }

      return answer;
    },
    sendPollRequest: (location) => send("GET", new URL(location, server), pollHeaders),
  };
  const poller = createHttpPoller(lro, { intervalInMs: 100 });
  try {
    await poller.submitted();
    if (cancel) {
      await fetch((await lro.first).terminatePostUri, { method: "POST", headers: pollHeaders });
    }

    const result = await poller.pollUntilDone();
    return { status: poller.operationState.status, result };
  } catch (error) {
    return { status: poller.operationState?.status, error: error.message };
  }

  async function send(method, url, headers, body) {
    const response = await fetch(url, { method, headers, body });
    const read = await response.json();
    lro.first ??= read;
    return {
      flatResponse: read,
      rawResponse: { statusCode: response.status, headers: Object.fromEntries(response.headers), body: read, request: { url: url.href, method } },
    };
  }
}
