# For ports that build with make: USER_C_MODULES=.../bindings/micropython

RSSL_PKG_CONFIG ?= pkg-config
MODTLS_RSSL_DIR := $(USERMOD_DIR)

ifneq ($(shell $(RSSL_PKG_CONFIG) --exists rssl && echo found),found)
$(error librssl not found: PKG_CONFIG_PATH must have the folder of rssl.pc)
endif

SRC_USERMOD_C += $(addprefix $(MODTLS_RSSL_DIR)/, \
	module.c context.c socket.c transport.c verify.c verdict.c error.c handles.c interrupts.c)
CFLAGS_USERMOD += -I$(MODTLS_RSSL_DIR) $(shell $(RSSL_PKG_CONFIG) --cflags rssl)
LDFLAGS_USERMOD += $(shell $(RSSL_PKG_CONFIG) --libs rssl)
