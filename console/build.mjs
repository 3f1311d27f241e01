// Builds the console: dist/index.html, dist/assets with hashed names, dist/NOTICE. The same source makes the same bytes.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const LIBRARIES = ["preact", "uplot", "photoswipe", "three"];

// Style sheets of libraries that are loaded on demand, by the name of the constant that holds their address.
const ON_DEMAND = { STYLES_OF_PLOTS: "uplot/dist/uPlot.min.css", STYLES_OF_LIGHTBOX: "photoswipe/dist/photoswipe.css" };

const COMMON = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  metafile: true,

  // Names do not depend on where the packages lie.
  preserveSymlinks: true,
  charset: "utf8",
  legalComments: "none",
  target: ["es2022"],
  outdir: "dist/assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  logLevel: "warning",
};

/** The address of what an entry point became, as index.html's base sees it. */
function addressOf(metafile, entry) {
  const [path] = Object.entries(metafile.outputs).find(([, o]) => o.entryPoint?.endsWith(entry));
  return path.replace(/^dist\//, "");
}

async function styles() {
  const { metafile } = await build({ ...COMMON, entryPoints: ["styles/console.css", ...Object.values(ON_DEMAND).map((f) => `node_modules/${f}`)] });
  return {
    main: addressOf(metafile, "styles/console.css"),
    define: Object.fromEntries(Object.entries(ON_DEMAND).map(([name, file]) => [name, JSON.stringify(addressOf(metafile, file))])),
  };
}

/** Writes index.html when the scripts are built, so that it names them. */
const indexPage = (css) => ({
  name: "index-page",
  setup({ onEnd }) {
    onEnd(async ({ metafile, errors }) => {
      if (errors.length > 0) {
        return;
      }

      const main = addressOf(metafile, "src/main.tsx");
      const needed = metafile.outputs[`dist/${main}`].imports.filter((i) => i.kind === "import-statement").map((i) => i.path.replace(/^dist\//, ""));
      const template = await readFile(join(HERE, "index.html"), "utf8");
      const links = needed.map((path) => `<link rel="modulepreload" href="${path}">\n    `).join("");
      await writeFile(join(HERE, "dist/index.html"), template.replace("{{css}}", css).replace("{{preload}}", links).replace("{{js}}", main));
    });
  },
});

/** The licences of what is in the built files. */
async function notice() {
  const parts = await Promise.all(
    LIBRARIES.map(async (name) => {
      const folder = join(HERE, "node_modules", name);
      const { version, homepage } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
      const licence = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
      const text = (await readFile(join(folder, licence), "utf8")).replaceAll("\r", "").trim();
      return `${name} ${version}\n${homepage ?? `https://www.npmjs.com/package/${name}`}\n\n${text}\n`;
    }),
  );
  await writeFile(join(HERE, "dist/NOTICE"), `The console contains these libraries.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`);
}

await rm(join(HERE, "dist"), { recursive: true, force: true });
await mkdir(join(HERE, "dist/assets"), { recursive: true });
const { main, define } = await styles();
const scripts = {
  ...COMMON,
  entryPoints: ["src/main.tsx"],
  format: "esm",
  splitting: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  define,
  plugins: [indexPage(main)],
};
await notice();
if (process.argv.includes("--watch")) {
  await (await context({ ...scripts, logLevel: "info" })).watch();
} else {
  await build(scripts);
}
