// Reads the golden files of the formats ctrf and tap with their own readers from npm.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const [modules, testdata] = process.argv.slice(2)
const require = createRequire(modules + '/')
const ctrf = require('ctrf').validate(JSON.parse(readFileSync(testdata + '/ctrf.golden', 'utf8')))
if (!ctrf.valid) throw new Error('ctrf: ' + JSON.stringify(ctrf.errors))
const { Parser } = require('tap-parser')
const events = Parser.parse(readFileSync(testdata + '/tap.golden', 'utf8'))
const results = events.find(([name]) => name === 'complete')[1]
if (results.count !== 16 || results.fail - results.todo !== 9 || results.plan.end !== 16) throw new Error('tap: ' + JSON.stringify({ ...results, failures: undefined, todos: undefined, skips: undefined }))
console.log('ctrf and tap are read by their own readers')
