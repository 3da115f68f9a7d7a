{
  "targets": [
    {
      "target_name": "burin",
      "sources": [
        "addon/binding.cc", "addon/system.cc", "addon/probe.cc", "addon/encode.cc", "addon/loader.c", "addon/relocate.c"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")", "build/<(target_arch)"],
      "defines": ["NAPI_DISABLE_CPP_EXCEPTIONS", "NAPI_VERSION=8", "_GNU_SOURCE"],
      "cflags": ["-O2", "-Wall"],
      "cflags_cc": ["-std=c++17", "-fno-exceptions", "-fno-rtti"]
    }
  ]
}
