import { parseJson } from "./json";

/** One thing that is wrong, and where: a JSON pointer into what was sent. */
export interface Fault {
  pointer?: string | null;
  detail: string;
  code?: string;
}

/** The JSON pointer to a member within members. */
export const pointerTo = (...parts: string[]): string => parts.map((p) => `/${p.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

interface ProblemBody {
  title?: string;
  detail?: string;
  code?: string;
  retryable?: boolean;
  traceId?: string;
  errors?: Fault[];
}

/** An answer of the API that is not what was asked for (problem+json), or no answer at all (`status` 0). */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly title: string,
    readonly code = "",
    readonly detail = "",
    readonly errors: Fault[] = [],
    readonly traceId = "",
    readonly retryable = false,
    readonly retryAfter: number | null = null,
  ) {
    super(detail || title);
  }

  /** What is wrong at this pointer and below it. */
  at(pointer: string): Fault[] {
    return this.errors.filter((e) => isAt(e, pointer));
  }

  /** Whether it says more than what stands at these members: then all of it is to be shown. */
  isBeyond(pointers: string[]): boolean {
    return this.errors.length === 0 || this.errors.some((e) => !pointers.some((p) => isAt(e, p)));
  }

  static async from(response: Response): Promise<Problem> {
    const after = Number(response.headers.get("retry-after") ?? Number.NaN);
    const body = bodyOf(await response.text().catch(() => ""));
    return new Problem(
      response.status,
      body.title ?? `The server answered ${response.status} ${response.statusText}.`,
      body.code,
      body.detail,
      body.errors,
      body.traceId,
      body.retryable,
      Number.isFinite(after) ? after : null,
    );
  }

  /** What was thrown, as a problem: mostly that the server did not answer. */
  static of(error: unknown): Problem {
    return error instanceof Problem
      ? error
      : new Problem(0, error instanceof TypeError ? "The server does not answer." : "Something is wrong with this page.", "", String(error), [], "", true);
  }
}

// The calls of a matrix are counted; what is wrong with one is wrong with what is swept.
const isAt = ({ pointer }: Fault, place: string): boolean =>
  `${pointer?.replace(/^\/inputs\/\d+(?=\/)/, "") ?? ""}/`.startsWith(`${place}/`);

function bodyOf(text: string): ProblemBody {
  try {
    const body = parseJson(text);
    return typeof body === "object" && body !== null ? (body as ProblemBody) : {};
  } catch {
    return {};
  }
}
