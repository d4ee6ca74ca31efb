#include <ito/train.h>
#include <ito/train.h>
