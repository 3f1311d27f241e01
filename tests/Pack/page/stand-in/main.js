import { app } from './scripts/app.js'

await app.start()
window.isStarted = true
