/** Given to a process by NODE_OPTIONS: makes of this machine one whose C library is too old for the media library. */
'use strict';

const { dlopen } = process;

process.dlopen = (module, file, ...rest) => {
  if (file.includes('datachannel')) throw new Error("/lib/libc.so.6: version `GLIBC_9.99' not found");
  return dlopen.call(process, module, file, ...rest);
};
