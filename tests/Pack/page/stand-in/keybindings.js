// What the core binds, as src/platform/keybindings/defaults.ts has it (1.39 to now), and what browsers keep for themselves.
export const CORE_KEYBINDINGS = [
  ['Ctrl + Enter', 'Comfy.QueuePrompt'],
  ['Ctrl + Shift + Enter', 'Comfy.QueuePromptFront'],
  ['Ctrl + Alt + Enter', 'Comfy.Interrupt'],
  ['R', 'Comfy.RefreshNodeDefinitions'],
  ['Q', 'Workspace.ToggleSidebarTab.queue'],
  ['W', 'Workspace.ToggleSidebarTab.workflows'],
  ['N', 'Workspace.ToggleSidebarTab.node-library'],
  ['M', 'Workspace.ToggleSidebarTab.model-library'],
  ['A', 'Workspace.ToggleSidebarTab.assets'],
  ['Ctrl + Shift + A', 'Comfy.ToggleLinear'],
  ['Ctrl + S', 'Comfy.SaveWorkflow'],
  ['Ctrl + O', 'Comfy.OpenWorkflow'],
  ['Backspace', 'Comfy.ClearWorkflow'],
  ['Ctrl + G', 'Comfy.Graph.GroupSelectedNodes'],
  ['Ctrl + ,', 'Comfy.ShowSettingsDialog'],
  ['.', 'Comfy.Canvas.FitView'],
  ['P', 'Comfy.Canvas.ToggleSelected.Pin'],
  ['Alt + C', 'Comfy.Canvas.ToggleSelectedNodes.Collapse'],
  ['Ctrl + B', 'Comfy.Canvas.ToggleSelectedNodes.Bypass'],
  ['Ctrl + M', 'Comfy.Canvas.ToggleSelectedNodes.Mute'],
  ['Ctrl + `', 'Workspace.ToggleBottomPanelTab.logs-terminal'],
  ['F', 'Workspace.ToggleFocusMode'],
  ['Ctrl + Shift + E', 'Comfy.Graph.ConvertToSubgraph'],
  ['Alt + M', 'Comfy.Canvas.ToggleMinimap'],
  ['Ctrl + Shift + K', 'Workspace.ToggleBottomPanel.Shortcuts'],
  ['V', 'Comfy.Canvas.Unlock'],
  ['H', 'Comfy.Canvas.Lock'],
  ['Escape', 'Comfy.Graph.ExitSubgraph'],
  ['Ctrl + A', 'Comfy.Canvas.SelectAll'],
  ['Ctrl + C', 'Comfy.Canvas.CopySelected'],
  ['Ctrl + V', 'Comfy.Canvas.PasteFromClipboard'],
  ['Ctrl + Shift + V', 'Comfy.Canvas.PasteFromClipboardWithConnect'],
]

export const RESERVED = new Set([
  'Ctrl + T',
  'Ctrl + W',
  'Ctrl + N',
  'Ctrl + Shift + N',
  'Ctrl + H',
  'Ctrl + J',
  'Ctrl + D',
  'Ctrl + Shift + B',
  'Ctrl + Shift + O',
  'Ctrl + Shift + I',
  'Ctrl + Shift + J',
  'Ctrl + R',
  'Ctrl + Shift + R',
  'Ctrl + P',
  'Ctrl + Shift + Z',
  'Ctrl + X',
])

export function comboOf({ key, ctrl, alt, shift, meta }) {
  return [ctrl || meta ? 'Ctrl' : null, alt ? 'Alt' : null, shift ? 'Shift' : null, key.length === 1 ? key.toUpperCase() : key]
    .filter(Boolean)
    .join(' + ')
}

export function comboOfEvent(event) {
  return comboOf({ key: event.key, ctrl: event.ctrlKey, meta: event.metaKey, alt: event.altKey, shift: event.shiftKey })
}
