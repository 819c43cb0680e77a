/* The weights of `prompt-injection`, as tools/injection-model wrote them: part of the program, read-only. */
#ifndef KT_CINJECTIONMODEL_H
#define KT_CINJECTIONMODEL_H

#include <stddef.h>

const unsigned char *kt_injection_model(size_t *count);
#endif
