import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../kit/Icon";
import { may } from "../kit/session";
import { SaveDialog } from "./SaveDialog";

/** A page that takes a workflow's file dropped anywhere on it; `name` where it becomes a version of that one. */
export function DropZone(props: { existing: string[]; name?: string; onSaved?: () => void; children: (choose: () => void) => ComponentChildren }) {
  const { existing, name, onSaved, children } = props;
  const [file, setFile] = useState<File | null>(null);
  const [isOver, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!may("author")) {
      return;
    }

    let depth = 0;
    const hasFile = (e: DragEvent): boolean => e.dataTransfer?.types.includes("Files") === true;
    const enter = (e: DragEvent): void => {
      if (hasFile(e) && depth++ === 0) {
        setOver(true);
      }
    };
    const leave = (e: DragEvent): void => {
      if (hasFile(e) && --depth <= 0) {
        depth = 0;
        setOver(false);
      }
    };
    const over = (e: DragEvent): void => e.preventDefault();
    const drop = (e: DragEvent): void => {
      depth = 0;
      setOver(false);
      const [one] = e.dataTransfer?.files ?? [];
      if (one !== undefined) {
        e.preventDefault();
        setFile(one);
      }
    };
    const all: [string, (e: DragEvent) => void][] = [
      ["dragenter", enter],
      ["dragleave", leave],
      ["dragover", over],
      ["drop", drop],
    ];
    for (const [kind, listener] of all) {
      addEventListener(kind, listener as EventListener);
    }

    return () => {
      for (const [kind, listener] of all) {
        removeEventListener(kind, listener as EventListener);
      }
    };
  }, []);
  return (
    <>
      {children(() => picker.current?.click())}
      <input
        ref={picker}
        type="file"
        hidden
        tabIndex={-1}
        aria-label="File of a workflow"
        onChange={(e) => {
          setFile(e.currentTarget.files?.[0] ?? null);
          e.currentTarget.value = "";
        }}
      />
      {isOver && (
        <div class="drop-over" aria-hidden="true">
          <Icon name="upload" />
          {name === undefined ? "Drop to save it as a workflow" : `Drop to save it as the next version of ${name}`}
        </div>
      )}
      {file !== null && <SaveDialog key={file.name + file.lastModified} file={file} existing={existing} fixedName={name} onClose={() => setFile(null)} onSaved={onSaved} />}
    </>
  );
}
