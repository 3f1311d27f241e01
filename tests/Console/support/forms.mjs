// Workflows that the tests of the form and of batches call, and files for them.
import { deflateSync } from "node:zlib";
import { call, MARKUP } from "./api.mjs";

/** An output node: what the console shows under a name. */
const save = (from, name) => ({ class_type: "SaveImage", inputs: { images: [from, 0], filename_prefix: name }, _meta: { title: `Save [${name}]` } });

const blank = (title, inputs = {}) => ({ class_type: "EmptyImage", inputs: { width: 96, height: 64, batch_size: 1, color: 3368601, ...inputs }, _meta: { title } });

/** A picture in, the picture inverted and scaled out. */
export const PHOTO = {
  1: { class_type: "LoadImage", inputs: { image: "none.png" }, _meta: { title: "Load [photo]" } },
  2: { class_type: "ImageInvert", inputs: { image: ["1", 0] }, _meta: { title: "Invert [invert:]" } },
  3: { class_type: "ImageScaleBy", inputs: { image: ["2", 0], upscale_method: "lanczos", scale_by: 2 }, _meta: { title: "Scale [scale]" } },
  4: save("3", "result"),
};

/** Inputs of every kind that a simulated host has. */
export const KINDS = {
  1: {
    class_type: "KSampler",
    inputs: { seed: 42, steps: 8, cfg: 7, sampler_name: "euler", scheduler: "normal", denoise: 1, model: ["4", 0], positive: ["6", 0], negative: ["6", 0], latent_image: ["5", 0] },
    _meta: { title: "Sample [sampler]" },
  },
  4: { class_type: "CheckpointLoaderSimple", inputs: { ckpt_name: "dreamshaper_8.safetensors" }, _meta: { title: "Load" } },
  5: { class_type: "EmptyLatentImage", inputs: { width: 128, height: 64, batch_size: 1 }, _meta: { title: "Size [size:width,height]" } },
  6: { class_type: "CLIPTextEncode", inputs: { text: "a quiet harbour", clip: ["4", 1] }, _meta: { title: "Prompt [positive:text]" } },
  8: { class_type: "VAEDecode", inputs: { samples: ["1", 0], vae: ["4", 2] }, _meta: { title: "Decode" } },
  9: save("8", "picture"),
  10: { class_type: "SimSleep", inputs: {}, _meta: { title: "Sleep" } },
};

export const COLOUR = { 5: blank("Blank [blank:color,width,height]"), 6: save("5", "picture") };

/** As many inputs as a form may have to bear. */
export function manyInputs(nodes) {
  const prompt = {};
  for (let i = 0; i < nodes; i++) {
    prompt[`${100 + i}`] = blank(`Blank ${i} [blank ${i}]`);
    prompt[`${1000 + i}`] = { class_type: "PreviewImage", inputs: { images: [`${100 + i}`, 0] }, _meta: { title: "Preview" } };
  }

  return prompt;
}

/** Markup where people put words: tags, titles, choices. */
export const MARKED = {
  5: blank(`${MARKUP} [<b>bold</b>:color]`),
  6: { ...save("5", "x"), _meta: { title: `${MARKUP} [<img src=x onerror="window.hacked=1">]` } },
  7: { class_type: "SimText", inputs: { text: MARKUP }, _meta: { title: "Words [words:text]" } },
};

/** A real PNG of one colour. */
export function png(width, height, [r, g, b]) {
  const row = Buffer.concat([Buffer.from([0]), Buffer.concat(Array.from({ length: width }, () => Buffer.from([r, g, b])))]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunks = [["IHDR", header], ["IDAT", deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))], ["IEND", Buffer.alloc(0)]];
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), ...chunks.map(([type, data]) => chunk(type, data))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

function crc(bytes) {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let i = 0; i < 8; i++) {
      value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
  }

  return ~value >>> 0;
}

export const saveForm = (name, prompt) => call("PUT", `workflows/${name}`, prompt);

/** Drops a file on an element, or anywhere on the page. */
export async function drop(page, selector, { name, type, body }) {
  const transfer = await page.evaluateHandle(
    ([n, t, b]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(b), (c) => c.charCodeAt(0))], n, { type: t }));
      return data;
    },
    [name, type, Buffer.from(body).toString("base64")],
  );
  for (const event of ["dragenter", "dragover", "drop"]) {
    await page.dispatchEvent(selector, event, { dataTransfer: transfer });
  }
}
