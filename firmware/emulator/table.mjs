#!/usr/bin/env node
// Prints the table of firmware/README.md: `table.mjs FOLDER`, with the programs `logger-*` in the folder.

import { table } from "./loggers.mjs";

process.stdout.write(table(process.argv[2]));
