/// Everything that a program needs to compose a pipeline. Pulls in no CAF, Asio or spdlog header.
#pragma once

#include <sluice/actors/streaming_context.hpp>
#include <sluice/operators/codec.hpp>
#include <sluice/operators/words.hpp>
#include <sluice/version.hpp>
