#pragma once
void flowkit_nothing(void);
