import { useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "../kit/Icon";
import { useStore } from "../kit/store";
import { bytes, percent } from "../kit/text";
import type { ContractInput, ContractTag } from "../kit/types";
import { isRecord, valueOf } from "./draft";
import { acceptOf, bring, type FileInfo, forget, infoOf, keyOf, remember, sendingTo } from "./files";
import { change, type Form } from "./form";

interface Props {
  form: Form;
  tag: ContractTag;
  input: ContractInput;
  control: { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean };
  value: unknown;
  setValue: (value: unknown) => void;
}

/** Pictures may be several: the node makes a batch of them. */
const takesSeveral = (input: ContractInput): boolean => input.upload === "image" || input.upload === "mask";

/** An output of a run that is dragged: its reference, and the picture that shows it. */
export const DRAGGED = "application/x-comfyfunc-output";

export interface DraggedOutput {
  ref: string;
  name: string;
  type: string;
  preview?: string;
}

const placeOf = (form: Form, tag: ContractTag, input: ContractInput): string => `${form.workflow.name}\n${tag.name}\n${input.name}`;

/** Brings files for an input; one takes the place of what was there, several become a batch. */
export async function bringFiles(form: Form, tag: ContractTag, input: ContractInput, files: readonly File[], isMore = false): Promise<void> {
  const wanted = takesSeveral(input) ? files : files.slice(0, 1);
  const values = (await Promise.all(wanted.map((f) => bring(placeOf(form, tag, input), f)))).filter((v) => v !== null);
  add(form, tag, input, values, isMore);
}

function add(form: Form, tag: ContractTag, input: ContractInput, values: unknown[], isMore: boolean): void {
  const there = isMore ? [valueOf(form.draft.value, tag.name, input.name) ?? []].flat() : [];
  const all = [...there, ...values];
  if (values.length > 0) {
    change(form, tag, input, all.length === 1 ? all[0] : all);
  }
}

/** A file, or several: by choosing, dropping, pasting, or by what names one (a URL, an upload, an output of a run, a host's file). */
export function FileInput({ form, tag, input, control, value, setValue }: Props) {
  const picker = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const place = placeOf(form, tag, input);
  const sending = useStore(sendingTo(place));
  const values = value === undefined ? [] : [value].flat();
  const isSeveral = takesSeveral(input);
  const take = (files: FileList | null | undefined): void => {
    if (files && files.length > 0) {
      void bringFiles(form, tag, input, [...files], isSeveral && values.length > 0);
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    const dragged = event.dataTransfer?.getData(DRAGGED);
    if (dragged) {
      const { ref, ...info } = JSON.parse(dragged) as DraggedOutput;
      remember(ref, info);
      add(form, tag, input, [ref], isSeveral && values.length > 0);
    } else {
      take(event.dataTransfer?.files);
    }
  };

  return (
    <div
      class={`file-input${isOver ? " is-over" : ""}`}
      onDragOver={(e) => {
        e.preventDefault();
        e.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      onPaste={(e) => {
        if (e.clipboardData && e.clipboardData.files.length > 0) {
          e.preventDefault();
          e.stopPropagation();
          take(e.clipboardData.files);
        }
      }}
    >
      {(values.length > 0 || sending.length > 0) && (
        <ul class="file-tiles">
          {values.map((v, i) => (
            <FileTile key={`${i}${keyOf(v)}`} value={v} kind={input.upload} onRemove={() => setValue(left(values, i))} />
          ))}
          {sending.map((s) => (
            <li key={s.id} class="file-tile">
              <span class="file-picture">
                <Icon name={s.problem === null ? "upload" : "warning"} />
              </span>
              <span class="file-words">
                <b>{s.name}</b>
                {s.problem === null ? (
                  <span class="muted" role="status">
                    {percent(s.progress)}
                  </span>
                ) : (
                  <span class="faults">
                    {s.problem.title} {s.problem.detail}
                  </span>
                )}
              </span>
              {s.problem !== null && (
                <button type="button" class="quiet icon-only" aria-label={`Forget ${s.name}`} onClick={() => forget(place, s.id)}>
                  <Icon name="cross" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <div class="file-controls">
        <button type="button" onClick={() => picker.current?.click()}>
          <Icon name="upload" />
          {values.length > 0 ? (isSeveral ? "Add" : "Replace") : "Choose"}
        </button>
        <input
          ref={picker}
          type="file"
          hidden
          tabIndex={-1}
          aria-label={`Files for ${tag.name} ${input.name}`}
          accept={acceptOf(input.upload)}
          multiple={isSeveral}
          onChange={(e) => {
            take(e.currentTarget.files);
            e.currentTarget.value = "";
          }}
        />
        <input
          type="text"
          {...control}
          spellcheck={false}
          autoComplete="off"
          placeholder={input.required === true || typeof input.default !== "string" ? "drop, paste, or a URL" : `${input.default} (saved) — drop, paste, or a URL`}
          value={values.length === 1 && typeof value === "string" && infoOf(value) === undefined ? value : ""}
          onInput={(e) => {
            const text = e.currentTarget.value.trim();
            setValue(text === "" ? undefined : text);
          }}
        />
      </div>
    </div>
  );
}

function left(values: unknown[], without: number): unknown {
  const rest = values.filter((_, i) => i !== without);
  return rest.length === 0 ? undefined : rest.length === 1 ? rest[0] : rest;
}

const ICONS: Record<string, IconName> = { image: "image", mask: "image", video: "video", audio: "audio", "3d": "cube" };

const nameOf = (value: unknown): string => (typeof value === "string" ? value : isRecord(value) ? String(value["name"] ?? value["url"] ?? "a file") : String(value));

function FileTile({ value, kind, onRemove }: { value: unknown; kind: string | undefined; onRemove: () => void }) {
  const info: FileInfo | undefined = infoOf(keyOf(value));
  const name = info?.name ?? nameOf(value);
  return (
    <li class="file-tile">
      <Preview info={info} value={value} icon={ICONS[kind ?? ""] ?? "file"} />
      <span class="file-words">
        <b title={name}>{name.startsWith("data:") ? `${name.slice(0, 40)}…` : name}</b>
        <span class="muted">{info?.bytes !== undefined ? bytes(info.bytes) : info !== undefined ? "" : "by its name"}</span>
      </span>
      <button type="button" class="quiet icon-only" aria-label={`Remove ${name}`} onClick={onRemove}>
        <Icon name="cross" />
      </button>
    </li>
  );
}

function Preview({ info, value, icon }: { info: FileInfo | undefined; value: unknown; icon: IconName }) {
  const source = info?.preview ?? (typeof value === "string" && value.startsWith("data:image/") ? value : undefined);
  if (source !== undefined && info?.type.startsWith("video/")) {
    return <video class="file-picture" src={source} muted playsInline controls preload="metadata" aria-label={info.name} />;
  }

  if (source !== undefined && info?.type.startsWith("audio/")) {
    return <audio class="file-sound" src={source} controls preload="metadata" aria-label={info.name} />;
  }

  return source !== undefined ? (
    <img class="file-picture" src={source} alt="" />
  ) : (
    <span class="file-picture">
      <Icon name={icon} />
    </span>
  );
}
