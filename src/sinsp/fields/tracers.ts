export const tracerFields: readonly import('./field.js').Field[] = [];
