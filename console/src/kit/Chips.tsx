/** Short words in a row, such as labels or models; what is beyond `most` is counted, and named in the title. */
export function Chips({ words, most = 99, none }: { words: string[]; most?: number; none?: string }) {
  if (words.length === 0) {
    return none === undefined ? null : <span class="muted">{none}</span>;
  }

  const rest = words.slice(most);
  return (
    <ul class="chips">
      {words.slice(0, most).map((w) => (
        <li key={w} title={w}>
          {w}
        </li>
      ))}
      {rest.length > 0 && (
        <li class="muted" title={rest.join("\n")}>
          {rest.length} more
        </li>
      )}
    </ul>
  );
}
