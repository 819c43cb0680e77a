#include "CInjectionModel.h"

#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char model[] = {
#embed "injection.model"
};

const unsigned char *kt_injection_model(size_t *count) {
    *count = sizeof model;
    return model;
}
