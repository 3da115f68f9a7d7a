/** The interpreter tier prints what LuaJIT prints. */
import { createInterpreterState } from '../../../../src/lua/interpreter/index.js';
import { compareWithLuajit } from '../dialect.js';

compareWithLuajit(createInterpreterState);
