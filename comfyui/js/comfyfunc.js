/** @file The entry: ComfyUI loads every file of this folder, and only this one does something when it is loaded. */

// @ts-ignore ComfyUI serves it.
import { api } from '../../scripts/api.js'
// @ts-ignore ComfyUI serves it.
import { app } from '../../scripts/app.js'
import { register } from './adapter-v1.js'

register(app, api)
