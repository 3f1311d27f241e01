/** Numbers and names as people read them. */

const NUMBER = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export const count = (n: number): string => NUMBER.format(n);

/** 1 run, 2 runs. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

export function bytes(n: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let i = 0;
  let size = n;
  while (size >= 1000 && i < units.length - 1) {
    size /= 1024;
    i++;
  }

  return `${i === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[i]}`;
}

export const percent = (part: number): string => `${Math.round(part * 100)} %`;

/** The end of a ULID, which is what differs. */
export const shortId = (id: string): string => (id.length > 10 ? id.slice(-8) : id);

/** camelCase and snake_case as words. */
export const words = (name: string): string =>
  name
    .replaceAll("_", " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
