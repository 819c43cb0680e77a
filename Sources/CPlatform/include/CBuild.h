/* What this build calls itself: 64 bytes that tools/stamp-version.sh finds by their marker and replaces in a finished program. */
#ifndef KT_CBUILD_H
#define KT_CBUILD_H

/* "KT-BUILD-VERSION:" */
#define KT_BUILD_MARKER_BYTES 17
/* With at least one NUL at the end. */
#define KT_BUILD_VERSION_BYTES 47

void kt_build_version(char text[KT_BUILD_VERSION_BYTES]);
#endif
