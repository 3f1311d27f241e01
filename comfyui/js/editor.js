/**
 * @file What an adapter offers of its generation of the editor's API. The rest of the pack knows the editor by this.
 *
 * @typedef {{ severity: 'success' | 'info' | 'warn' | 'error', summary: string, detail?: string, life?: number }} Note
 * @typedef {{
 *   ask: (question: { title: string, message: string, value: string }) => Promise<string | null>,
 *   note: (note: Note) => void,
 *   take: () => Promise<{ workflow: any, output: any }>,
 *   graph: () => any,
 *   title: () => string | null,
 *   file: () => string | null,
 *   isActive: (file: string, name: string) => boolean,
 *   name: () => string | null,
 *   rename: (name: string) => void,
 *   stage: import('./marks.js').Stage,
 *   centre: (id: string) => void,
 *   showBadge: (badge: import('./badges.js').Badge, status: import('./badges.js').Status | null) => void,
 * }} Editor take: graph and prompt; file: null until the workflow has been saved; name: what the workflow is published as.
 */

export {}
