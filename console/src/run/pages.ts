// One file: whoever compares comes from a run.
export { ComparePage } from "./ComparePage";
export { RunPage } from "./RunPage";
