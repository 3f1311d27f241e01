import {
  ACESFilmicToneMapping,
  Box3,
  DirectionalLight,
  Group,
  Mesh,
  MeshStandardMaterial,
  type Object3D,
  PerspectiveCamera,
  PMREMGenerator,
  Scene,
  TextureLoader,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { RoomEnvironment } from "three/addons/environments/RoomEnvironment.js";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { OBJLoader } from "three/addons/loaders/OBJLoader.js";
import { PLYLoader } from "three/addons/loaders/PLYLoader.js";
import { STLLoader } from "three/addons/loaders/STLLoader.js";

/** Reads a model by its name's ending. Textures come as images: the page's policy lets nothing fetch blobs. */
async function read(url: string, name: string): Promise<Object3D> {
  const ending = name.toLowerCase().split(".").pop();
  if (ending === "obj") {
    return new OBJLoader().loadAsync(url);
  }

  if (ending === "stl" || ending === "ply") {
    const geometry = await (ending === "stl" ? new STLLoader() : new PLYLoader()).loadAsync(url);
    geometry.computeVertexNormals();
    return new Group().add(new Mesh(geometry, new MeshStandardMaterial({ color: 0xb8c0cc, vertexColors: geometry.hasAttribute("color") })));
  }

  const loader = new GLTFLoader();
  loader.register((parser) => {
    parser.textureLoader = new TextureLoader(parser.options.manager);
    return { name: "textures-as-images" };
  });
  return (await loader.loadAsync(url)).scene;
}

/** Shows a model in an element until the signal says stop. It is drawn when something moves, and not else. */
export async function view(within: HTMLElement, url: string, name: string, signal: AbortSignal): Promise<void> {
  const model = await read(url, name);
  if (signal.aborted) {
    return;
  }

  const renderer = new WebGLRenderer({ antialias: true, alpha: true });
  renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
  renderer.toneMapping = ACESFilmicToneMapping;
  renderer.toneMappingExposure = 0.7;
  const scene = new Scene();
  const camera = new PerspectiveCamera(40, 1, 0.01, 1000);
  const box = new Box3().setFromObject(model);
  const size = box.getSize(new Vector3()).length() || 1;
  model.position.sub(box.getCenter(new Vector3()));

  // Metal shows what is around it: without anything there it is black.
  const light = new PMREMGenerator(renderer);
  scene.environment = light.fromScene(new RoomEnvironment(), 0.04).texture;
  const sun = new DirectionalLight(0xffffff, 0.8);
  sun.position.set(1, 2, 3);
  scene.add(model, sun);

  // So far away that a ball around the model fits into the view.
  camera.position.set(0.5, 0.4, 0.8).setLength(size / 2 / Math.sin((camera.fov / 2) * (Math.PI / 180)));
  camera.near = size / 100;
  camera.far = size * 100;

  const draw = (): void => renderer.render(scene, camera);
  const controls = new OrbitControls(camera, renderer.domElement);
  controls.addEventListener("change", draw);
  const fit = (): void => {
    const { clientWidth: width, clientHeight: height } = within;
    renderer.setSize(width, height);
    camera.aspect = width / Math.max(1, height);
    camera.updateProjectionMatrix();
    draw();
  };
  const sized = new ResizeObserver(fit);
  sized.observe(within);
  within.append(renderer.domElement);
  controls.update();
  fit();
  signal.addEventListener("abort", () => {
    sized.disconnect();
    controls.dispose();
    light.dispose();
    renderer.dispose();
    renderer.domElement.remove();
  });
}
