#!/usr/bin/env node
/** The `burin` command. */
import { main } from '../cli/main.js';

process.exitCode = await main(process.argv.slice(2));
