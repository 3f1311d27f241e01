/**
 * What went wrong, for programs: `code` keeps its meaning for ever. Thrown where the server refuses a request, cannot be reached, or a run does not succeed.
 */
export class ComfyFuncError extends Error {
  constructor(message, { code, status, errors = [], retryable = false, traceId, run, cause } = {}) {
    super(message, { cause });
    this.name = "ComfyFuncError";
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.retryable = retryable;
    this.traceId = traceId;
    this.run = run;
  }

  /** Of an answer that is a problem, or none of this API's. */
  static async ofAnswer(response) {
    const text = await response.text().catch(() => "");
    const problem = parse(text);
    return new ComfyFuncError([problem.detail ?? `The server answered ${response.status}.`, ...(problem.errors ?? []).map((e) => `${e.pointer}: ${e.detail}`)].join("\n"), {
      code: problem.code ?? "unexpected_answer",
      status: response.status,
      errors: problem.errors ?? [],
      retryable: problem.retryable ?? response.status >= 500,
      traceId: problem.traceId,
    });
  }

  /** Of a run that has ended otherwise than well. */
  static ofRun(run) {
    const { code = run.status, message = `Run ${run.id} is ${run.status}.`, retryable = false } = run.error ?? {};
    return new ComfyFuncError(message, { code, retryable, run });
  }

  static unreachable(cause) {
    return new ComfyFuncError(`The server did not answer: ${cause?.cause?.message ?? cause?.message ?? cause}`, { code: "unreachable", retryable: true, cause });
  }
}

function parse(text) {
  try {
    const problem = JSON.parse(text);
    return problem && typeof problem === "object" ? problem : {};
  } catch {
    return {};
  }
}
