#include "CBuild.h"

/* Volatile, so that the compiler reads what is there at run time: the text may be replaced in the finished program. */
__attribute__((used)) static const volatile char stamp[KT_BUILD_MARKER_BYTES + KT_BUILD_VERSION_BYTES] = "KT-BUILD-VERSION:0.1.0";

void kt_build_version(char text[KT_BUILD_VERSION_BYTES]) {
    for (int i = 0; i < KT_BUILD_VERSION_BYTES; i++) text[i] = stamp[KT_BUILD_MARKER_BYTES + i];
    text[KT_BUILD_VERSION_BYTES - 1] = 0;
}
